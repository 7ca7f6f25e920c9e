package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.StepAnatomy;
import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.session.ModelInternals;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.query.AnatomyResult;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.AnatomyReply;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.GraphReply;
import dev.microgpt.wire.IntegerRanges;
import dev.microgpt.wire.TensorReply;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

/// Dissects one training step, down to single numbers. The reference engine computes the step, whichever
/// engine the session has, and the session is not changed.
@RestController
class AnatomyController implements AnatomyApi {

    private final SessionService sessions;

    AnatomyController(SessionService sessions) {
        this.sessions = sessions;
    }

    @Override
    public ResponseEntity<AnatomyReply> show(
            CallContext call, String name, @Nullable PastStep step, @Nullable Integer document) {
        ModelInternals internals = sessions.get(call, name).internals();
        AsOf<AnatomyResult> result = internals.anatomy(call, step, document);
        return AsOfReply.of(
                step, result, AnatomyReply.of(result, internals.agreement(result.value())));
    }

    @Override
    public ResponseEntity<TensorReply> tensor(
            CallContext call,
            String name,
            String tensor,
            @Nullable PastStep step,
            @Nullable Integer document) {
        AsOf<AnatomyResult> result =
                sessions.get(call, name).internals().anatomy(call, step, document);
        StepAnatomy.Tensor found = result.value().anatomy().tensor(tensor);
        if (found == null) {
            throw noTensor(tensor);
        }
        return AsOfReply.of(step, result, TensorReply.of(found));
    }

    @Override
    public ResponseEntity<GraphReply> graph(
            CallContext call,
            String name,
            @Nullable PastStep step,
            @Nullable Integer document,
            @Nullable String tensor,
            int row,
            int column,
            @Nullable Integer node,
            @Nullable String direction,
            int limit,
            int cursor) {
        InvalidInputException.requireRange("limit", limit, 1, IntegerRanges.MAX_PAGE_SIZE);
        InvalidInputException.requireRange("cursor", cursor, 0, Integer.MAX_VALUE);
        Graph.Direction parsedDirection =
                EnumNames.parse("direction", direction, Graph.Direction.DOWN);
        AsOf<AnatomyResult> result =
                sessions.get(call, name).internals().anatomy(call, step, document);
        StepAnatomy anatomy = result.value().anatomy();
        int id = node == null ? idOf(anatomy, tensor, row, column) : node;
        InvalidInputException.requireRange("node", id, 0, anatomy.graph().size() - 1);
        return AsOfReply.of(
                step, result, GraphReply.of(result, id, parsedDirection, cursor, limit));
    }

    private static int idOf(StepAnatomy anatomy, @Nullable String tensor, int row, int column) {
        if (tensor == null) {
            return anatomy.root();
        }
        if (!anatomy.hasTensor(tensor)) {
            throw noTensor(tensor);
        }
        return anatomy.idOf(new StepAnatomy.Location(tensor, row, column));
    }

    private static SessionException noTensor(String tensor) {
        return new SessionException(
                ErrorCode.NOT_FOUND,
                "the step has no tensor '%s'".formatted(tensor),
                "tensor",
                tensor);
    }
}
