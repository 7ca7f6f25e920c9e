package dev.microgpt.store;

import dev.microgpt.engine.InvalidInputException;

import java.util.function.Supplier;

/// What the store has is not what was written.
final class DamagedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamagedException(String message) {
        super(message);
    }

    /// Reads something, and says where it was if it is damaged.
    ///
    /// @param where for the message, such as `the losses from step 4097`
    /// @throws DamagedException if that is not what was written
    static <T> T in(String where, Supplier<T> read) {
        try {
            return read.get();
        } catch (DamagedException | InvalidInputException e) {
            DamagedException damaged =
                    new DamagedException("%s: %s".formatted(where, e.getMessage()));
            damaged.addSuppressed(e);
            throw damaged;
        }
    }
}
