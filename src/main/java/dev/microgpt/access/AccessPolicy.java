package dev.microgpt.access;

import dev.microgpt.session.admission.Caller;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.net.InetAddress;
import java.util.Map;

/// Whether keys are asked for, and which ones are right.
///
/// @param isOpen whether whoever reaches the service may call
/// @param hashes of the secrets, by the names of the keys
record AccessPolicy(boolean isOpen, Map<String, String> hashes) {

    /// Where only this machine can call, no keys are needed, unless some are set. Elsewhere there is
    /// always one: where none is set, it is made, and printed once.
    ///
    /// @param addresses that the service listens on; null for all of this machine
    static AccessPolicy of(
            AccessSettings settings, PrintStream out, @Nullable InetAddress... addresses) {
        if (!settings.keys().isEmpty()) {
            return new AccessPolicy(false, settings.keys());
        }
        if (settings.open() || areLocal(addresses)) {
            return new AccessPolicy(true, Map.of());
        }
        ApiKeys.Made key = ApiKeys.make(Caller.LOCAL.owner());
        // Not to the log, which may go to other places.
        out.println(
                """
                The service can be reached from other machines, and microgpt.security.keys has no key. Calls
                need this one, which is for this start alone:
                    %s
                """
                        .formatted(key.text()));
        return new AccessPolicy(false, Map.of(Caller.LOCAL.owner(), key.hash()));
    }

    private static boolean areLocal(@Nullable InetAddress... addresses) {
        for (InetAddress address : addresses) {
            if (address == null || !address.isLoopbackAddress()) {
                return false;
            }
        }
        return true;
    }
}
