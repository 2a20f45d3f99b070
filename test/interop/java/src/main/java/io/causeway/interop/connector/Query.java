package io.causeway.interop.connector;

import io.causeway.interop.failure.Exceptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.identityconnectors.framework.common.exceptions.ConnectorException;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.ConnectorObject;
import org.identityconnectors.framework.common.objects.ObjectClass;
import org.identityconnectors.framework.common.objects.OperationOptions;
import org.identityconnectors.framework.common.objects.ResultsHandler;
import org.identityconnectors.framework.common.objects.SearchResult;
import org.identityconnectors.framework.common.objects.SortKey;
import org.identityconnectors.framework.common.objects.SyncDelta;
import org.identityconnectors.framework.common.objects.SyncResultsHandler;
import org.identityconnectors.framework.common.objects.SyncToken;
import org.identityconnectors.framework.common.objects.filter.Filter;
import org.identityconnectors.framework.spi.SearchResultsHandler;
import org.identityconnectors.framework.spi.SyncTokenResultsHandler;

/**
 * Search and sync: filter, sort keys, pages (the cookie is the offset). The options {@code throwAfter} and
 * {@code throwClass} make it fail after so many objects; {@code countTotal} makes it count. Notes in the store's facts what it delivered.
 */
final class Query {
    private final long pause;
    private final Store store;
    private final OperationOptions options;
    private int delivered;

    Query(TestConfiguration configuration, Store store, OperationOptions options) {
        this.pause = configuration.getPauseMillis();
        this.store = store;
        this.options = options;
    }

    void run(ObjectClass objectClass, Filter filter, ResultsHandler handler) {
        List<ConnectorObject> found = new ArrayList<>(store.all(objectClass));
        if (filter != null) {
            found.removeIf(object -> !filter.accept(object));
        }
        sort(found);
        int from = offset();
        int to = options.getPageSize() == null || options.getPageSize() <= 0 ? found.size() : Math.min(found.size(), from + options.getPageSize());
        boolean whole = true;
        for (ConnectorObject object : found.subList(Math.min(from, found.size()), to)) {
            before();
            if (!handler.handle(object)) {
                whole = false;
                break;
            }
            delivered++;
        }
        store.facts().put("lastSearch", Map.of("delivered", delivered, "stopped", !whole));
        if (whole && handler instanceof SearchResultsHandler results && options.getPageSize() != null) {
            results.handleResult(result(found.size(), to));
        }
    }

    private SearchResult result(int total, int to) {
        String cookie = to < total ? Integer.toString(to) : null;
        boolean counted = Boolean.TRUE.equals(options.getOptions().get("countTotal"));
        return counted ? new SearchResult(cookie, SearchResult.CountPolicy.EXACT, total, total - to) : new SearchResult(cookie, total - to);
    }

    private int offset() {
        if (options.getPagedResultsCookie() != null) {
            return Integer.parseInt(options.getPagedResultsCookie());
        }
        return options.getPagedResultsOffset() == null ? 0 : options.getPagedResultsOffset();
    }

    private void sort(List<ConnectorObject> found) {
        SortKey[] keys = options.getSortKeys();
        if (keys == null || keys.length == 0) {
            return;
        }
        Comparator<ConnectorObject> order = by(keys[0]);
        for (int i = 1; i < keys.length; i++) {
            order = order.thenComparing(by(keys[i]));
        }
        found.sort(order);
    }

    private static Comparator<ConnectorObject> by(SortKey key) {
        Comparator<ConnectorObject> order = Comparator.comparing(object -> text(object, key.getField()));
        return key.isAscendingOrder() ? order : order.reversed();
    }

    private static String text(ConnectorObject object, String name) {
        Attribute attribute = object.getAttributeByName(name);
        return attribute == null || attribute.getValue() == null || attribute.getValue().isEmpty() ? "" : String.valueOf(attribute.getValue().get(0));
    }

    void sync(ObjectClass objectClass, SyncToken token, SyncResultsHandler handler) {
        long from = token == null ? 0 : ((Number) token.getValue()).longValue();
        long latest = store.latest();
        boolean whole = true;
        for (SyncDelta delta : store.changesAfter(from)) {
            if (!ObjectClass.ALL.equals(objectClass) && !delta.getObjectClass().equals(objectClass)) {
                continue;
            }
            before();
            if (!handler.handle(delta)) {
                whole = false;
                break;
            }
            delivered++;
        }
        store.facts().put("lastSync", Map.of("delivered", delivered, "stopped", !whole));
        if (whole && handler instanceof SyncTokenResultsHandler tokens) {
            tokens.handleResult(new SyncToken(latest));
        }
    }

    private void before() {
        Object limit = options.getOptions().get("throwAfter");
        if (limit instanceof Number number && delivered >= number.intValue()) {
            Object type = options.getOptions().get("throwClass");
            throw Exceptions.of(type == null ? ConnectorException.class.getName() : type.toString(), "told to fail after " + delivered);
        }
        if (pause > 0) {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new ConnectorException("interrupted", interrupted);
            }
        }
    }
}
