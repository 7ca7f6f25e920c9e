package dev.microgpt.support;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A test that only works at the node that has the sessions. It is skipped where tests talk to an [EntryNode].
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OwnNode.Condition.class)
public @interface OwnNode {

    /// Returns the reason.
    String value();

    /// Skips the test.
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (!EntryNode.isWanted()) {
                return ConditionEvaluationResult.enabled("the service has the sessions");
            }
            return AnnotationSupport.findAnnotation(context.getElement(), OwnNode.class)
                    .map(annotation -> ConditionEvaluationResult.disabled(annotation.value()))
                    .orElseGet(() -> ConditionEvaluationResult.enabled("for any node"));
        }
    }
}
