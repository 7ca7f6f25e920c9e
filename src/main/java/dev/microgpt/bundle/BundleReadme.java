package dev.microgpt.bundle;

import dev.microgpt.session.query.SessionExport;

import org.jspecify.annotations.Nullable;

/// The text that explains a bundle to those who unpack it.
record BundleReadme(SessionExport session, @Nullable String dataset) {

    String text() {
        return """
            # %1$s

            A session of microgpt-server after step %2$d: a tiny GPT, and how it was trained.

            | file | content |
            |---|---|
            | `manifest.json` | the version of the format, the step, and the size and SHA-256 of each other file |
            | `options.json` | all options of the session |
            %3$s
            | `losses.csv` | the loss of each step, in nats |
            | `history.json` | events, changes of options, texts generated during training, and validation losses |
            | `checkpoint.safetensors` | weights, Adam's moments, random generator, documents and their order |

            ## Restore the session

            ```sh
            curl -T %1$s.zip -H "Content-Type: application/zip" http://localhost:8080/api/v1/sessions/%1$s/bundle
            ```

            The last name in the address is that of the new session; `?overwrite=true` replaces one of that name. The new
            session continues exactly as this one would. The files may be packed again, in any order, but not changed.
            `checkpoint.safetensors` alone can be sent to `/checkpoint` instead of `/bundle`; then losses and history are
            missing.

            ## What is not in the bundle

            - the models of earlier steps (keyframes), so the new session has none before step %2$d
            - runs; the events of the history name them
            - documents that were replaced by others, and validation losses from before that
            - losses that the service knows in summaries only: all but the newest 1,048,576, or fewer if memory was short
            """
                .formatted(session.name(), session.checkpoint().step(), documents());
    }

    private String documents() {
        if (session.checkpoint().documents() == null) {
            return "| no `documents.txt` | the session has no documents, and cannot train |";
        }
        return dataset == null
                ? "| `documents.txt` | the training text, one document per line |"
                : "| no `documents.txt` | the documents are those of the bundled dataset `%s` |"
                        .formatted(dataset);
    }
}
