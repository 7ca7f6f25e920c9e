package dev.microgpt.web;

import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.wire.TokenizeReply;
import dev.microgpt.wire.TokenizeRequest;
import dev.microgpt.wire.TokenizerReply;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

/// Shows the tokens of a model, and splits texts into them.
@RestController
class TokensController implements TokensApi {

    private final SessionService sessions;
    private final IdempotentReplies replies;

    TokensController(SessionService sessions, IdempotentReplies replies) {
        this.sessions = sessions;
        this.replies = replies;
    }

    @Override
    public TokenizerReply tokenizer(CallContext call, String name) {
        return TokenizerReply.of(sessions.get(call, name).queries().tokenizer(call));
    }

    @Override
    public ResponseEntity<TokenizeReply> tokenize(
            CallContext call, String name, @Nullable TokenizeRequest body) {
        TokenizeRequest request = body == null ? TokenizeRequest.EMPTY : body;
        Session session = sessions.get(call, name);
        String text = request.requiredText();
        return replies.reply(
                call,
                context ->
                        TokenizeReply.of(
                                text,
                                session.queries().tokenize(context, text, request.wantsSteps())),
                ResponseEntity::ok);
    }
}
