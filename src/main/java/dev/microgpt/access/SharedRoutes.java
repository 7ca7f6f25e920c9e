package dev.microgpt.access;

import dev.microgpt.session.admission.SharedSession;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher.MatchResult;

import java.util.List;
import java.util.Set;

/// The calls that the bearer of a share may make: what the pages of one session read. All others are refused, so a new
/// route is not part of any share unless it is added here.
///
/// The POSTs only compute. `generate` can also change the session, without a seed and a step; sessions refuse that
/// themselves, and so they refuse any other change that comes from a share.
final class SharedRoutes {

    private static final String NAME = "name";
    private static final String SESSION = "/api/v1/sessions/{" + NAME + "}";

    /// Calls with some methods of a path.
    private record Route(Set<String> methods, PathPatternRequestMatcher path) {

        Route(Set<String> methods, String path) {
            this(methods, PathPatternRequestMatcher.pathPattern(path));
        }
    }

    private static final Set<String> GET = Set.of("GET", "HEAD");
    private static final Set<String> POST = Set.of("POST");

    private static final List<Route> ROUTES =
            List.of(
                    get("/api/v1/limits"),
                    get("/api/v1/datasets"),
                    get("/api/v1/ws"),
                    post("/api/v1/tickets"),
                    get(SESSION),
                    get(SESSION + "/config"),
                    get(SESSION + "/history"),
                    get(SESSION + "/keyframes"),
                    get(SESSION + "/runs"),
                    get(SESSION + "/runs/{id}"),
                    get(SESSION + "/losses"),
                    get(SESSION + "/baselines"),
                    get(SESSION + "/validation"),
                    get(SESSION + "/embeddings"),
                    get(SESSION + "/positions"),
                    get(SESSION + "/heads"),
                    get(SESSION + "/tokenizer"),
                    get(SESSION + "/parameters"),
                    get(SESSION + "/parameters/{matrix}"),
                    get(SESSION + "/parameters/{matrix}/histograms"),
                    get(SESSION + "/anatomy"),
                    get(SESSION + "/anatomy/tensors/{tensor}"),
                    get(SESSION + "/anatomy/graph"),
                    get(SESSION + "/events"),
                    post(SESSION + "/generate"),
                    post(SESSION + "/inspect"),
                    post(SESSION + "/score"),
                    post(SESSION + "/tokenize"),
                    post(SESSION + "/probes"));

    private SharedRoutes() {}

    private static Route get(String path) {
        return new Route(GET, path);
    }

    private static Route post(String path) {
        return new Route(POST, path);
    }

    /// Returns whether a share allows a request.
    static boolean allow(SharedSession share, HttpServletRequest request) {
        for (Route route : ROUTES) {
            MatchResult result = route.path().matcher(request);
            if (result.isMatch() && route.methods().contains(request.getMethod())) {
                String name = result.getVariables().get(NAME);
                return name == null || name.equals(share.session());
            }
        }
        return false;
    }
}
