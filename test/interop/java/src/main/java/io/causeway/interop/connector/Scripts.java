package io.causeway.interop.connector;

import java.util.LinkedHashMap;
import java.util.Map;
import org.identityconnectors.framework.common.exceptions.ConnectorException;
import org.identityconnectors.framework.common.objects.OperationOptions;
import org.identityconnectors.framework.common.objects.ScriptContext;

/**
 * "Scripts" in the language {@code echo}: {@code arguments} answers the arguments, {@code options} the options,
 * {@code configuration} every property, {@code facts} what the store knows of past operations, {@code place} where it
 * ran, {@code null} nothing, {@code change} changes the configuration, {@code sleep:MS} sleeps, {@code throw:CLASS}
 * throws; any other text answers itself.
 */
final class Scripts {
    private static final String SLEEP = "sleep:";

    private Scripts() {
    }

    static Object run(String place, ScriptContext script, TestConfiguration configuration, Store store, OperationOptions options) {
        if (!"echo".equals(script.getScriptLanguage())) {
            throw new ConnectorException("Unknown script language " + script.getScriptLanguage());
        }
        String text = script.getScriptText();
        TestConnector.failIfTold(text);
        if (text.startsWith(SLEEP)) {
            sleep(Long.parseLong(text.substring(SLEEP.length())));
            return text;
        }
        return switch (text) {
            case "arguments" -> script.getScriptArguments();
            case "options" -> options.getOptions();
            case "configuration" -> properties(configuration);
            case "facts" -> new LinkedHashMap<>(store.facts());
            case "change" -> change(configuration);
            case "place" -> place;
            case "null" -> null;
            default -> text;
        };
    }

    private static String change(TestConfiguration configuration) {
        configuration.changeItself();
        return "changed";
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("interrupted", interrupted);
        }
    }

    private static Map<String, Object> properties(TestConfiguration from) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("store", from.getStore());
        map.put("objectCount", from.getObjectCount());
        map.put("payloadLength", from.getPayloadLength());
        map.put("pauseMillis", from.getPauseMillis());
        map.put("password", from.getPassword());
        map.put("keyBytes", from.getKeyBytes());
        map.put("texts", from.getTexts());
        map.put("separator", from.getSeparator());
        map.put("optionalSeparator", from.getOptionalSeparator());
        map.put("ratio", from.getRatio());
        map.put("optionalRatio", from.getOptionalRatio());
        map.put("factor", from.getFactor());
        map.put("limit", from.getLimit());
        map.put("limits", from.getLimits());
        map.put("optionalCount", from.getOptionalCount());
        map.put("enabled", from.isEnabled());
        map.put("optionalFlag", from.getOptionalFlag());
        map.put("location", from.getLocation());
        map.put("directory", from.getDirectory());
        map.put("script", from.getScript());
        map.put("secrets", from.getSecrets());
        return map;
    }
}
