package dev.microgpt.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.DispatcherServlet;

import java.io.IOException;

/// Responds to TRACE like to any other method that a path does not have: with 405, and the methods that it has.
///
/// A servlet would echo the request with its headers. Tomcat can prevent that, but then names the methods of the
/// servlet instead of those of the path.
final class TraceDispatcherServlet extends DispatcherServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void doTrace(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        processRequest(request, response);
    }
}
