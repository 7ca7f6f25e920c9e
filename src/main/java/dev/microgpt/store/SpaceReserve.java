package dev.microgpt.store;

import java.util.function.Consumer;

/// Disk space that is given up when a delete, or a write that stops a run, fails because the disk is full.
/// Confined to the writer's thread.
interface SpaceReserve {

    /// The reserve of a database server, whose disk is not this service's.
    SpaceReserve NONE =
            new SpaceReserve() {

                @Override
                public boolean isFilled() {
                    return true;
                }

                @Override
                public void write(Runnable action, Consumer<Runnable> transaction) {
                    transaction.accept(action);
                }

                @Override
                public void refill() {}
            };

    /// Returns whether the reserve exists. While it does not, only writes that may use it should be made.
    boolean isFilled();

    /// Makes a write. If it fails because the disk is full, gives up the reserve and tries once more.
    ///
    /// @param transaction runs an action in a transaction
    void write(Runnable action, Consumer<Runnable> transaction);

    /// Creates the reserve if it is missing and enough space is free.
    void refill();
}
