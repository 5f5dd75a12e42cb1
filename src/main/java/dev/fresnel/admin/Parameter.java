package dev.fresnel.admin;

import java.util.List;
import java.util.Map;

/** Something an operation is told. What it does not declare is refused. */
public record Parameter(String name, Place place, ParameterType type, Presence presence) {
    /** Where it stands. */
    public enum Place {
        PATH,
        QUERY,
        HEADER,
        /** A key of the JSON object in the body. */
        BODY,
        /** In the query or the body, as the asker likes. */
        QUERY_OR_BODY
    }

    /** Whether it may be left out. */
    public enum Presence {
        REQUIRED,
        OPTIONAL
    }

    public static Parameter path(String name, ParameterType type) {
        return new Parameter(name, Place.PATH, type, Presence.REQUIRED);
    }

    /** May be left out; see {@link #required()}. */
    public static Parameter query(String name, ParameterType type) {
        return new Parameter(name, Place.QUERY, type, Presence.OPTIONAL);
    }

    public static Parameter header(String name, ParameterType type) {
        return new Parameter(name, Place.HEADER, type, Presence.OPTIONAL);
    }

    /** May be left out; see {@link #required()}. */
    public static Parameter body(String name, ParameterType type) {
        return new Parameter(name, Place.BODY, type, Presence.OPTIONAL);
    }

    public static Parameter queryOrBody(String name, ParameterType type) {
        return new Parameter(name, Place.QUERY_OR_BODY, type, Presence.OPTIONAL);
    }

    /**
     * A JSON object in the body; may be left out, as each of its fields. A handler asks for {@code NAME.FIELD}.
     *
     * @param fields by name
     */
    public static Parameter group(String name, Map<String, ParameterType> fields) {
        return body(
                name,
                new ParameterType.Group(fields.entrySet().stream()
                        .map(field -> body(name + "." + field.getKey(), field.getValue()))
                        .toList()));
    }

    public Parameter required() {
        return new Parameter(name, place, type, Presence.REQUIRED);
    }

    boolean isIn(Place... places) {
        return List.of(places).contains(place);
    }
}
