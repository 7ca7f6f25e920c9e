package dev.microgpt.verification.cluster;

import java.io.IOException;
import java.util.List;

/// The network between the nodes, the database and the clients, who always reach all nodes.
interface Network extends AutoCloseable {

    /// Returns the command that executes another one as if on the machine of a node; empty for none.
    List<String> wrapper(int node);

    /// Returns the address at which the clients reach a node.
    String address(int node);

    /// Returns the address at which the other nodes reach a node.
    String privateAddress(int node);

    /// Returns the address at which the nodes reach the database.
    String databaseAddress();

    /// Cuts a node off from all others. Packets are lost silently.
    void cutFromNodes(int node) throws IOException, InterruptedException;

    /// Cuts a node off from the database.
    void cutFromDatabase(int node) throws IOException, InterruptedException;

    /// Cuts the connection between two nodes, which both still reach the third one.
    void cutPair(int one, int other) throws IOException, InterruptedException;

    /// Ends all cuts.
    void heal() throws IOException, InterruptedException;

    @Override
    void close();
}
