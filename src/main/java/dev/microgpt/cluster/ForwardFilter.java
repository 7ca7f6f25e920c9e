package dev.microgpt.cluster;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.wire.ForwardedCall;
import dev.microgpt.wire.MovedCall;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import java.io.IOException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Forwards calls for sessions of other nodes, and rejects those that were forwarded to the wrong node: a call is
/// forwarded once, and the node that the client has called finds out where it belongs.
final class ForwardFilter extends OncePerRequestFilter {

    private final Locations locations;
    private final Forwards forwards;
    private final ProblemWriter problems;

    ForwardFilter(Locations locations, Forwards forwards, ProblemWriter problems) {
        this.locations = locations;
        this.forwards = forwards;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean isForwarded = ForwardedCall.of(request) != null;
        SessionId session = ForwardTarget.of(request);
        if (session == null) {
            if (!isForwarded && ForwardTarget.isList(request) && !isOnlyNode()) {
                forwards.list(request, response);
            } else if (isForwarded && ForwardTarget.isList(request)) {
                listOwn(request, response, chain);
            } else {
                chain.doFilter(request, response);
            }
        } else if (locations.self().equals(locations.ownerOf(session))) {
            executeUnlessMoved(session, request, response, chain);
        } else if (isForwarded) {
            reject(response);
        } else {
            forwards.forward(session, request, response);
        }
    }

    /// Executes a call here. If its session leaves before that, passes the call on.
    private void executeUnlessMoved(
            SessionId session,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws ServletException, IOException {
        MovedCall call = MovedCall.expect(request);
        KeptBodyRequest kept = Forwards.hasSmallBody(request) ? new KeptBodyRequest(request) : null;
        chain.doFilter(kept == null ? request : kept, new UnlessMovedResponse(response, call));
        call.close();
        if (!call.hasMoved()) {
            return;
        }
        byte[] body = kept == null ? null : kept.body();
        if (ForwardedCall.of(request) != null) {
            reject(response);
        } else if (body == null) {
            problems.write(response, Problem.of(SessionException.moving()));
        } else {
            forwards.forward(session, request, response, body);
        }
    }

    private void reject(HttpServletResponse response) throws IOException {
        response.setHeader(ClusterHeaders.NOT_OWNER, "true");
        problems.write(
                response,
                Problem.of(
                        ErrorCode.BUSY,
                        HttpStatus.MISDIRECTED_REQUEST,
                        "this node does not own the session"));
    }

    /// Lists the sessions of this node, and says of which partitions: those that it has answered for all the time.
    private void listOwn(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Set<Integer> before = locations.served();
        ContentCachingResponseWrapper list = new ContentCachingResponseWrapper(response);
        chain.doFilter(request, list);
        BitSet partitions = new BitSet();
        locations.served().stream().filter(before::contains).forEach(partitions::set);
        response.setHeader(
                ClusterHeaders.PARTITIONS, HexFormat.of().formatHex(partitions.toByteArray()));
        list.copyBodyToResponse();
    }

    private boolean isOnlyNode() {
        return locations.nodes().equals(List.of(locations.self()));
    }
}
