package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Rejects query parameters that a call does not have, such as a misspelt `overwrite`, and those given twice.
final class StrictQuery implements HandlerInterceptor {

    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    /// A ticket may authorize any call, before this is reached.
    private static final String TICKET = "ticket";

    /// The parameters of each call, sorted.
    private final ConcurrentMap<Method, Set<String>> parameters = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod call && request.getQueryString() != null) {
            Set<String> allowed =
                    parameters.computeIfAbsent(call.getMethod(), _ -> parametersOf(call));
            QueryParameters.all(request).forEach((name, values) -> check(name, values, allowed));
        }
        return true;
    }

    private static void check(String name, List<String> values, Set<String> allowed) {
        if (!allowed.contains(name) && !name.equals(TICKET)) {
            throw new SessionException(
                    ErrorCode.UNKNOWN_FIELD,
                    "there is no query parameter '%s' here; %s"
                            .formatted(
                                    name,
                                    allowed.isEmpty()
                                            ? "the call has none"
                                            : "allowed: " + String.join(", ", allowed)),
                    name,
                    values.getFirst());
        }
        if (values.size() > 1) {
            throw new SessionException(
                    ErrorCode.INVALID_NAME,
                    "the query parameter '%s' must be given once, but is given %d times"
                            .formatted(name, values.size()),
                    name,
                    String.join(", ", values));
        }
    }

    private static Set<String> parametersOf(HandlerMethod call) {
        Set<String> names = new TreeSet<>();
        Operation operation = call.getMethodAnnotation(Operation.class);
        if (operation != null) { // a call that reads its query itself declares it there
            for (Parameter parameter : operation.parameters()) {
                names.add(parameter.name());
            }
        }
        for (MethodParameter parameter : call.getMethodParameters()) {
            Class<?> type = parameter.getParameterType();
            RequestParam annotation = parameter.getParameterAnnotation(RequestParam.class);
            if (annotation != null) {
                parameter.initParameterNameDiscovery(NAMES);
                String name = annotation.name();
                names.add(name.isEmpty() ? String.valueOf(parameter.getParameterName()) : name);
            } else if (type.isRecord()
                    && type != CallContext.class
                    && !parameter.hasParameterAnnotation(RequestBody.class)) {
                for (RecordComponent component : type.getRecordComponents()) {
                    names.add(component.getName());
                }
            }
        }
        return names;
    }
}
