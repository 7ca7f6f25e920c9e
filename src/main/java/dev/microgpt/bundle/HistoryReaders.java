package dev.microgpt.bundle;

import dev.microgpt.wire.HistoryReply;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.module.SimpleModule;

import java.util.LinkedHashMap;
import java.util.Map;

/// Reads the parts of a history that have options by their names.
final class HistoryReaders {

    private static final String FROM_STEP = "fromStep";

    private HistoryReaders() {}

    static SimpleModule module() {
        return new SimpleModule("microgpt-history")
                .addDeserializer(HistoryReply.Change.class, new ChangeReader())
                .addDeserializer(HistoryReply.Scheduled.class, new ScheduledReader());
    }

    private static Map<String, Object> object(JsonParser parser, DeserializationContext context) {
        JavaType type =
                context.getTypeFactory()
                        .constructMapType(LinkedHashMap.class, String.class, Object.class);
        return context.readValue(parser, type);
    }

    private static final class ChangeReader extends ValueDeserializer<HistoryReply.Change> {

        @Override
        public HistoryReply.Change deserialize(JsonParser parser, DeserializationContext context) {
            return new HistoryReply.Change(object(parser, context));
        }
    }

    private static final class ScheduledReader extends ValueDeserializer<HistoryReply.Scheduled> {

        @Override
        public HistoryReply.Scheduled deserialize(
                JsonParser parser, DeserializationContext context) {
            Map<String, Object> options = object(parser, context);
            return switch (options.remove(FROM_STEP)) {
                case Integer step -> new HistoryReply.Scheduled(step, options);
                case Long step -> new HistoryReply.Scheduled(step, options);
                case null, default ->
                        context.reportInputMismatch(
                                HistoryReply.Scheduled.class, "fromStep is not an integer");
            };
        }
    }
}
