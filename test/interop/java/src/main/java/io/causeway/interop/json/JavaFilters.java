package io.causeway.interop.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.identityconnectors.framework.common.objects.Attribute;
import org.identityconnectors.framework.common.objects.AttributeBuilder;
import org.identityconnectors.framework.common.objects.Name;
import org.identityconnectors.framework.common.objects.Uid;
import org.identityconnectors.framework.common.objects.filter.AndFilter;
import org.identityconnectors.framework.common.objects.filter.ContainsAllValuesFilter;
import org.identityconnectors.framework.common.objects.filter.ContainsFilter;
import org.identityconnectors.framework.common.objects.filter.EndsWithFilter;
import org.identityconnectors.framework.common.objects.filter.EqualsFilter;
import org.identityconnectors.framework.common.objects.filter.ExtendedMatchFilter;
import org.identityconnectors.framework.common.objects.filter.Filter;
import org.identityconnectors.framework.common.objects.filter.GreaterThanFilter;
import org.identityconnectors.framework.common.objects.filter.GreaterThanOrEqualFilter;
import org.identityconnectors.framework.common.objects.filter.LessThanFilter;
import org.identityconnectors.framework.common.objects.filter.LessThanOrEqualFilter;
import org.identityconnectors.framework.common.objects.filter.NotFilter;
import org.identityconnectors.framework.common.objects.filter.OrFilter;
import org.identityconnectors.framework.common.objects.filter.PresenceFilter;
import org.identityconnectors.framework.common.objects.filter.StartsWithFilter;

/** Filters from JSON: every type the framework has. */
public final class JavaFilters {
    private JavaFilters() {
    }

    public static Filter filter(JsonElement element) {
        if (element == null || element.isJsonNull()) {
            return null;
        }
        JsonObject json = element.getAsJsonObject();
        String type = json.get("type").getAsString();
        return switch (type) {
            case "and" -> new AndFilter(filters(json));
            case "or" -> new OrFilter(filters(json));
            case "not" -> new NotFilter(filter(json.get("filter")));
            case "presence" -> new PresenceFilter(json.get("attribute").getAsString());
            case "extended" -> new ExtendedMatchFilter(json.get("operator").getAsString(), attribute(json));
            case "equals" -> new EqualsFilter(attribute(json));
            case "containsAllValues" -> new ContainsAllValuesFilter(attribute(json));
            case "contains" -> new ContainsFilter(attribute(json));
            case "startsWith" -> new StartsWithFilter(attribute(json));
            case "endsWith" -> new EndsWithFilter(attribute(json));
            case "greaterThan" -> new GreaterThanFilter(attribute(json));
            case "greaterThanOrEqual" -> new GreaterThanOrEqualFilter(attribute(json));
            case "lessThan" -> new LessThanFilter(attribute(json));
            case "lessThanOrEqual" -> new LessThanOrEqualFilter(attribute(json));
            default -> throw new IllegalArgumentException("Unknown filter type " + type);
        };
    }

    private static List<Filter> filters(JsonObject json) {
        List<Filter> filters = new ArrayList<>();
        json.getAsJsonArray("filters").forEach(one -> filters.add(filter(one)));
        return filters;
    }

    private static Attribute attribute(JsonObject json) {
        String name = json.get("attribute").getAsString();
        if (json.has("values")) {
            List<Object> values = JavaValues.list(json.getAsJsonArray("values"));
            return values.size() == 1 ? single(name, values.get(0)) : AttributeBuilder.build(name, values);
        }
        return single(name, JavaValues.fromJson(json.get("value")));
    }

    /** Callers of the framework filter by Uid and Name objects, not by plain attributes of these names. */
    private static Attribute single(String name, Object value) {
        if (Uid.NAME.equals(name) && value instanceof String text) {
            return new Uid(text);
        }
        if (Name.NAME.equals(name) && value instanceof String text) {
            return new Name(text);
        }
        return AttributeBuilder.build(name, value);
    }
}
