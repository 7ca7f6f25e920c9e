package dev.microgpt.cluster;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/// Lets an operator empty a node, for example before it is stopped, and fill it again.
@Endpoint(id = "drain")
final class DrainEndpoint {

    private final PartitionLoop loop;

    DrainEndpoint(PartitionLoop loop) {
        this.loop = loop;
    }

    /// Whether a node hands its sessions over.
    ///
    /// @param draining whether it does, and takes none
    /// @param partitions how many it still has
    record State(boolean draining, int partitions) {}

    /// Returns how far it is.
    @ReadOperation
    State state() {
        return new State(loop.isDraining(), loop.numPartitions());
    }

    /// Starts to hand the sessions over to other nodes. Does not wait for it.
    @WriteOperation
    State start() {
        loop.setDraining(true);
        return state();
    }

    /// Lets the node take sessions again.
    @DeleteOperation
    State cancel() {
        loop.setDraining(false);
        return state();
    }
}
