package dev.microgpt.support;

import java.util.List;
import java.util.Locale;

/// The calls of the OpenAPI document, such as `GET /api/v1/sessions/{name}`.
public final class DocumentedCalls {

    private DocumentedCalls() {}

    /// @param api of a caller who may read the document
    public static List<String> of(Api api) {
        return api.send(api.root("/v3/api-docs"))
                .json()
                .path("paths")
                .propertyStream()
                .flatMap(
                        path ->
                                path.getValue()
                                        .propertyStream()
                                        .map(
                                                call ->
                                                        call.getKey().toUpperCase(Locale.ROOT)
                                                                + " "
                                                                + path.getKey()))
                .toList();
    }
}
