package dev.microgpt.store;

import dev.microgpt.engine.InvalidInputException;

import java.util.function.Supplier;

/// Thrown when data read from the store is not the data that was written.
final class DamagedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamagedException(String message) {
        super(message);
    }

    /// Runs a read and, if the data is damaged, adds its location to the message.
    ///
    /// @param where the location, such as `the losses from step 4097`
    /// @throws DamagedException if the data is damaged
    static <T> T withLocation(String where, Supplier<T> read) {
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
