package dev.microgpt.cluster;

import java.util.List;

/// The nodes that this node sees. Nodes on two sides of a broken network each see their own side, and what a node
/// sees may be a few seconds old: this is no proof that another node does not run. Thread-safe.
interface Members {

    /// Returns the node of this process. It does not change while the process runs.
    Node self();

    /// Returns the nodes that this node sees, the oldest first. All nodes of one side return the same order. Empty
    /// once this node has left the cluster.
    List<Node> nodes();

    /// Returns whether this node sees the majority of the nodes that the cluster is meant to have.
    boolean hasMajority();

    /// Tells the other nodes about this one. Does not wait for them.
    void publish(NodeStatus status);

    /// Returns what a node has told last; [NodeStatus#IDLE] if nothing is known.
    NodeStatus status(Node node);

    /// Registers what is called after each change of [#nodes()], on a thread for all listeners. Changes that follow
    /// each other closely may be one call.
    void onChange(Runnable listener);
}
