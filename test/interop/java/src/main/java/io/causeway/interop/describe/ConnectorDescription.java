package io.causeway.interop.describe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.identityconnectors.common.pooling.ObjectPoolConfiguration;
import org.identityconnectors.framework.api.APIConfiguration;
import org.identityconnectors.framework.api.ConnectorInfo;
import org.identityconnectors.framework.api.ConnectorKey;
import org.identityconnectors.framework.api.ResultsHandlerConfiguration;
import org.identityconnectors.framework.api.operations.APIOperation;
import org.identityconnectors.framework.impl.api.ConfigurationPropertiesImpl;

/** A connector's key, names and default configuration as JSON data. */
final class ConnectorDescription {
    private ConnectorDescription() {
    }

    static Map<String, Object> of(final ConnectorInfo info) {
        final APIConfiguration configuration = info.createDefaultAPIConfiguration();
        final Map<String, Object> described = new LinkedHashMap<>();
        described.put("key", key(info.getConnectorKey()));
        described.put("displayName", info.getConnectorDisplayName());
        described.put("category", info.getConnectorCategory());
        described.put("supportedOperations", operations(configuration.getSupportedOperations()));
        described.put("poolingSupported", configuration.isConnectorPoolingSupported());
        described.put("producerBufferSize", configuration.getProducerBufferSize());
        described.put("pool", pool(configuration.getConnectorPoolConfiguration()));
        described.put("resultsHandler", resultsHandler(configuration.getResultsHandlerConfiguration()));
        described.put("timeouts", timeouts(configuration));
        described.put("properties", properties(configuration));
        return described;
    }

    /** Simple names of the interfaces, sorted. */
    static List<String> operations(final Iterable<? extends Class<? extends APIOperation>> operations) {
        final List<String> names = new ArrayList<>();
        operations.forEach(operation -> names.add(operation.getSimpleName()));
        names.sort(null);
        return names;
    }

    private static Map<String, Object> key(final ConnectorKey key) {
        final Map<String, Object> described = new LinkedHashMap<>();
        described.put("bundleName", key.getBundleName());
        described.put("bundleVersion", key.getBundleVersion());
        described.put("connectorName", key.getConnectorName());
        return described;
    }

    /** Operations whose timeout is not "none", with their milliseconds. */
    private static Map<String, Object> timeouts(final APIConfiguration configuration) {
        final Map<String, Object> described = new TreeMap<>();
        for (final Class<? extends APIOperation> operation : configuration.getSupportedOperations()) {
            final int timeout = configuration.getTimeout(operation);
            if (timeout != APIOperation.NO_TIMEOUT) {
                described.put(operation.getSimpleName(), timeout);
            }
        }
        return described;
    }

    private static Map<String, Object> pool(final ObjectPoolConfiguration pool) {
        final Map<String, Object> described = new LinkedHashMap<>();
        described.put("maxObjects", pool.getMaxObjects());
        described.put("maxIdle", pool.getMaxIdle());
        described.put("maxWait", pool.getMaxWait());
        described.put("minEvictableIdleTimeMillis", pool.getMinEvictableIdleTimeMillis());
        described.put("minIdle", pool.getMinIdle());
        return described;
    }

    private static Map<String, Object> resultsHandler(final ResultsHandlerConfiguration handlers) {
        final Map<String, Object> described = new LinkedHashMap<>();
        described.put("enableNormalizingResultsHandler", handlers.isEnableNormalizingResultsHandler());
        described.put("enableFilteredResultsHandler", handlers.isEnableFilteredResultsHandler());
        described.put("enableCaseInsensitiveFilter", handlers.isEnableCaseInsensitiveFilter());
        described.put("enableAttributesToGetSearchResultsHandler", handlers.isEnableAttributesToGetSearchResultsHandler());
        return described;
    }

    private static List<Map<String, Object>> properties(final APIConfiguration configuration) {
        // The public interface does not tell the order; the framework's own class does, and sends it on the wire.
        return ((ConfigurationPropertiesImpl) configuration.getConfigurationProperties()).getProperties().stream()
                .map(PropertyDescription::of)
                .collect(Collectors.toList());
    }
}
