package dev.microgpt.server;

import dev.microgpt.live.ConnectionAbort;

import jakarta.servlet.ServletException;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

import java.io.IOException;

/// Offers with each request the ways to hang up on its client.
final class AbortValve extends ValveBase {

    AbortValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable hangUp = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(ConnectionAbort.OF_REQUEST, hangUp);
        if (request.getCoyoteRequest().getInputBuffer() instanceof MinimumRateInput input) {
            request.setAttribute(ConnectionAbort.OF_CONNECTION, input.hangUp());
        }
        getNext().invoke(request, response);
    }
}
