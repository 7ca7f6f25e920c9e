package dev.microgpt.server;

import dev.microgpt.live.ConnectionAbort;
import dev.microgpt.wire.Problems;

import jakarta.servlet.ServletException;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

import java.io.IOException;

/// Stores in each request the callbacks that close its connection immediately; see [ConnectionAbort]. Also stores
/// what a client is told whose body stops arriving.
///
/// The servlet and WebSocket interfaces have no such operation: their ways to close a connection first send
/// what is left, for which a thread may have to wait for a client that does not read.
final class AbortValve extends ValveBase {

    AbortValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable abort = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(ConnectionAbort.OF_REQUEST, abort);
        if (request.getCoyoteRequest().getInputBuffer() instanceof MinimumRateInput input) {
            request.setAttribute(ConnectionAbort.OF_CONNECTION, input.connectionAbort());
            request.setAttribute(Problems.STOPPED_BODY, input.stopped());
        }
        getNext().invoke(request, response);
    }
}
