package dev.microgpt.web;

import jakarta.servlet.ServletException;

import java.io.IOException;
import java.util.concurrent.Callable;

/// Goes on with a request while something is bound to its thread.
final class Scope {

    private Scope() {}

    /// The rest of a request.
    interface Rest {
        void run() throws ServletException, IOException;
    }

    static <T> void run(ScopedValue<T> key, T value, Rest rest)
            throws ServletException, IOException {
        Callable<Void> call =
                () -> {
                    rest.run();
                    return null;
                };
        try {
            ScopedValue.where(key, value).call(call::call);
        } catch (ServletException | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }
}
