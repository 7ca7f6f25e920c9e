package dev.microgpt.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.resource.NoResourceFoundException;

import java.io.IOException;
import java.io.UncheckedIOException;

/// Shows a page to a browser that navigates to an address where there is nothing. API clients get a problem as for
/// any other error: below `/api/`, and wherever they do not ask for HTML by name.
@Component
final class NotFoundPage implements HandlerExceptionResolver, Ordered {

    private static final String API = "/api/";

    /// Far below any page; the page repeats the relative path to the root for each module.
    private static final int MAX_DEPTH = 16;

    private final PageTemplate template;

    NotFoundPage(PageTemplate template) {
        this.template = template;
    }

    /// Comes before Spring's own resolvers, which lead to the problem.
    @Override
    public int getOrder() {
        return -1;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Object handler,
            Exception failure) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        if (!(failure instanceof NoResourceFoundException)
                || path.startsWith(API)
                || !asksForHtml(request.getHeader(HttpHeaders.ACCEPT))) {
            return null;
        }
        int depth = (int) path.chars().filter(c -> c == '/').count() - 1;
        if (depth > MAX_DEPTH) {
            return null;
        }
        try {
            template.page("Not found", "not-found", depth).writeNotFound(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ModelAndView(); // the response is complete
    }

    /// Returns whether an Accept header names HTML: a wildcard is what clients send that take anything.
    private static boolean asksForHtml(@Nullable String accept) {
        try {
            return MediaType.parseMediaTypes(accept).stream()
                    .anyMatch(MediaType.TEXT_HTML::equalsTypeAndSubtype);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
