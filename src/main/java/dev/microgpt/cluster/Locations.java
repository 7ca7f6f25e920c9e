package dev.microgpt.cluster;

import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Where sessions are, as far as this node knows. That may be out of date: a node that gets a call for a session
/// that it does not own must reject it, and the caller asks again.
public interface Locations {

    /// Returns the node of this process.
    Node self();

    /// Returns whether a node can be seen. One that is gone, hangs or is cut off is missed within seconds. Does not block.
    boolean isPresent(Node node);

    /// Returns the nodes that own sessions, in any order; none while it is not known who owns some of them. Does not
    /// block.
    List<Node> nodes();

    /// Returns the node that owns a session, or would own it if it were created; null while no node does, for
    /// example because the session is being moved. Does not block.
    @Nullable Node ownerOf(SessionId id);

    /// Returns whether this node sees the majority of the nodes. Otherwise no session has an owner. Does not block.
    boolean hasMajority();

    /// Returns why a session has no owner. Does not block.
    default SessionException noOwner() {
        return hasMajority() ? SessionException.moving() : SessionException.noMajority();
    }

    /// Returns the partitions for whose sessions this node answers. Does not block.
    Set<Integer> served();
}
