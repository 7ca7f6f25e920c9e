package dev.microgpt.support;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Skips tests where nginx is not installed, unless the system property `nginx.required` is true.
public final class WithNginx implements ExecutionCondition {

    private static final Logger log = LoggerFactory.getLogger(WithNginx.class);

    private static final String ADVICE = "nginx is not installed: `apt-get install nginx-light`";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Nginx.program() != null) {
            return ConditionEvaluationResult.enabled("nginx is installed");
        }
        if (Boolean.getBoolean("nginx.required")) {
            throw new IllegalStateException(ADVICE);
        }
        log.warn("{} is skipped: {}", context.getDisplayName(), ADVICE);
        return ConditionEvaluationResult.disabled(ADVICE);
    }
}
