package dev.fresnel.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One row of the admin API's table: what is asked how, and what answers. Router, refusals, audit and the check of the OpenAPI file all
 * come from it.
 *
 * @param path as OpenAPI writes it: {@code /admin/lenses/{tenant}}
 * @param audit of a change: its name in the audit event {@code admin_action}; empty: nothing is changed
 * @param parameters in the order of the path; those that are not declared are refused by name
 * @param maxBody bytes of the body
 * @param lines the media type of a body that is no JSON object of parameters, and that the handler reads itself
 */
public record Operation(
        HttpMethod method,
        String path,
        Guard guard,
        Optional<String> audit,
        List<Parameter> parameters,
        int maxBody,
        Optional<String> lines,
        Handler handler) {
    /** Bytes of a body where nothing else is said. */
    static final int MAX_BODY = 8_192;

    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z_]+)}");

    /** Who is let in. */
    public enum Guard {
        /** Everybody: probes, and pages without anything of the gateway's in them. */
        NONE,
        /** Whoever has the token; without one set, whoever asks by the loopback address. */
        TOKEN
    }

    /**
     * What answers, on the admin listener's event loop; nothing in it may block. A change answers with {@link AdminReply.Changed} when it was
     * made. A future that fails is a bug, and answered with 500: a store that is away is {@link AdminReply#storeAway}.
     */
    @FunctionalInterface
    public interface Handler {
        Future<AdminReply> answer(AdminRequest request);
    }

    public Operation {
        parameters = List.copyOf(parameters);
        List<String> variables =
                VARIABLE.matcher(path).results().map(found -> found.group(1)).toList();
        List<String> declared = parameters.stream()
                .filter(parameter -> parameter.isIn(Parameter.Place.PATH))
                .map(Parameter::name)
                .toList();
        if (!variables.equals(declared)) {
            throw new IllegalArgumentException(method + " " + path + " declares the path parameters " + declared);
        }
    }

    /** A question: {@code GET}. */
    public static Operation get(String path, Handler handler, Parameter... parameters) {
        return new Operation(
                HttpMethod.GET,
                path,
                Guard.TOKEN,
                Optional.empty(),
                Arrays.asList(parameters),
                MAX_BODY,
                Optional.empty(),
                handler);
    }

    /**
     * A change.
     *
     * @param audit its name in the audit event
     */
    public static Operation change(
            HttpMethod method, String path, String audit, Handler handler, Parameter... parameters) {
        return new Operation(
                method,
                path,
                Guard.TOKEN,
                Optional.of(audit),
                Arrays.asList(parameters),
                MAX_BODY,
                Optional.empty(),
                handler);
    }

    /** The same for everybody, with the token or without. */
    public Operation open() {
        return new Operation(method, path, Guard.NONE, audit, parameters, maxBody, lines, handler);
    }

    /** The same with a body of another size. */
    public Operation withMaxBody(int bytes) {
        return new Operation(method, path, guard, audit, parameters, bytes, lines, handler);
    }

    /** The same with a body that the handler reads itself. */
    public Operation withLines(String contentType, int maxBytes) {
        return new Operation(method, path, guard, audit, parameters, maxBytes, Optional.of(contentType), handler);
    }

    /** The path as Vert.x's router takes it: {@code /admin/lenses/:tenant}. */
    static String routerPath(String path) {
        return VARIABLE.matcher(path).replaceAll(":$1");
    }

    List<Parameter> in(Parameter.Place... places) {
        List<Parameter> found = new ArrayList<>(parameters);
        found.removeIf(parameter -> !parameter.isIn(places));
        return found;
    }
}
