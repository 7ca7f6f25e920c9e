package dev.microgpt.live;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

import java.io.IOException;

/// Lets a stream hang up on a reader that takes nothing. To complete the answer instead would have a
/// thread of the container wait for the reader once more.
final class HangUpValve extends ValveBase {

    private static final String ATTRIBUTE = HangUpValve.class.getName();

    HangUpValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable hangUp = () -> response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        request.setAttribute(ATTRIBUTE, hangUp);
        getNext().invoke(request, response);
    }

    /// Closes the connection of a request that has not been completed. To be called once.
    static Runnable of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Runnable hangUp) {
            return hangUp;
        }
        throw new IllegalStateException("the request has not passed the valve");
    }
}
