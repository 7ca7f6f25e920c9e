package dev.microgpt.server;

import dev.microgpt.live.HangUp;

import jakarta.servlet.ServletException;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

import java.io.IOException;

/// Offers with each request the ways to hang up on its client.
final class HangUpValve extends ValveBase {

    HangUpValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable hangUp = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(HangUp.OF_REQUEST, hangUp);
        if (request.getCoyoteRequest().getInputBuffer() instanceof PacedInput input) {
            request.setAttribute(HangUp.OF_CONNECTION, input.hangUp());
        }
        getNext().invoke(request, response);
    }
}
