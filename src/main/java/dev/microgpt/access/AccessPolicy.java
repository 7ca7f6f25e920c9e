package dev.microgpt.access;

import dev.microgpt.session.admission.Caller;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.net.InetAddress;
import java.util.Map;

/// Whether calls need an API key, and which keys are valid.
///
/// @param isOpen whether calls need no key
/// @param hashes the hash of each key's secret, by the key's name
record AccessPolicy(boolean isOpen, Map<String, String> hashes) {

    /// Returns the policy for the settings and the addresses. Configured keys are always required. Without
    /// any, the service is open if only this machine can reach it or the settings say so; otherwise a key is
    /// generated and printed once.
    ///
    /// @param out where a generated key is printed
    /// @param addresses the addresses that the service listens on; null for all of this machine
    static AccessPolicy of(
            AccessSettings settings, PrintStream out, @Nullable InetAddress... addresses) {
        if (!settings.keys().isEmpty()) {
            return new AccessPolicy(false, settings.keys());
        }
        if (settings.open() || areLocal(addresses)) {
            return new AccessPolicy(true, Map.of());
        }
        ApiKeys.NewKey key = ApiKeys.generate(Caller.LOCAL.owner());
        // Not logged: logs may be sent elsewhere.
        out.println(
                """
                The service can be reached from other machines, but microgpt.security.keys is empty. Calls
                need the following key, which is valid until the service stops:
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
