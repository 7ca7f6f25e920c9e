package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.ParameterKind;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.query.AsOf;
import dev.microgpt.session.query.ParameterMatrix;
import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.HistogramsReply;
import dev.microgpt.wire.IntegerRanges;
import dev.microgpt.wire.MatricesReply;
import dev.microgpt.wire.MatrixReply;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

/// Shows the parameters of a model, matrix by matrix.
@RestController
class ParametersController implements ParametersApi {

    private final SessionService sessions;

    ParametersController(SessionService sessions) {
        this.sessions = sessions;
    }

    @Override
    public MatricesReply list(CallContext call, String name) {
        return MatricesReply.of(sessions.get(call, name).internals().matrices(call));
    }

    @Override
    public ResponseEntity<MatrixReply> show(
            CallContext call,
            String name,
            String matrix,
            @Nullable String kind,
            @Nullable PastStep step) {
        ParameterKind parsedKind = EnumNames.parse("kind", kind, ParameterKind.WEIGHT);
        AsOf<ParameterMatrix> parameters =
                sessions.get(call, name).internals().parameters(call, matrix, parsedKind, step);
        return AsOfReply.of(step, parameters, MatrixReply.of(parsedKind, parameters));
    }

    @Override
    public HistogramsReply histograms(CallContext call, String name, String matrix, int bins) {
        InvalidInputException.requireRange("bins", bins, 1, IntegerRanges.MAX_BINS);
        return HistogramsReply.of(
                sessions.get(call, name).internals().histograms(call, matrix, bins));
    }
}
