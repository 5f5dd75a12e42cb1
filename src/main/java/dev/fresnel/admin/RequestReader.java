package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.admin.Parameter.Place;
import dev.fresnel.admin.Parameter.Presence;
import dev.fresnel.value.TenantId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads one request as its operation declares it, and finds everything that is wrong with it at once. Used once. */
final class RequestReader {
    private final Operation operation;
    private final RoutingContext context;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<RequestProblem> problems = new ArrayList<>();

    /** How many of the problems are but tenants that are not there. */
    private int strangers;

    private RequestReader(Operation operation, RoutingContext context) {
        this.operation = operation;
        this.context = context;
    }

    /** What came of reading. */
    sealed interface Reading {
        record Good(AdminRequest request) implements Reading {}

        record Bad(AdminReply.Refused why) implements Reading {}
    }

    /** @param by who asks */
    static Reading read(Operation operation, RoutingContext context, String by) {
        return new RequestReader(operation, context).read(by);
    }

    private Reading read(String by) {
        operation.in(Place.PATH).forEach(this::path);
        if (!problems.isEmpty()) {
            return new Reading.Bad(new AdminReply.Refused(ErrorCode.NOT_FOUND, problems));
        }
        operation.in(Place.HEADER).forEach(this::header);
        context.queryParams().forEach(given -> {
            List<Parameter> known = operation.in(Place.QUERY, Place.QUERY_OR_BODY);
            called(given.getKey(), known)
                    .ifPresentOrElse(
                            parameter -> take(parameter, List.of(given.getValue())),
                            () -> unknown(given.getKey(), known));
        });
        Buffer body = Objects.requireNonNullElseGet(context.body().buffer(), Buffer::buffer);
        if (operation.lines().isEmpty() && body.length() > 0) {
            object(body.getBytes());
        }
        operation.parameters().stream()
                .filter(parameter -> parameter.presence() == Presence.REQUIRED)
                .filter(parameter -> !values.containsKey(parameter.name()))
                .filter(parameter -> problems.stream()
                        .noneMatch(problem -> problem.parameter().equals(Optional.of(parameter.name()))))
                .forEach(parameter -> problem(parameter.name(), parameter.name() + " is missing"));
        return problems.isEmpty()
                ? new Reading.Good(new AdminRequest(values, operation.lines().isPresent() ? body : Buffer.buffer(), by))
                : new Reading.Bad(new AdminReply.Refused(code(), problems));
    }

    /** A question about a tenant that is not there is understood well. */
    private ErrorCode code() {
        boolean absent = operation.method().equals(HttpMethod.GET) && problems.size() == strangers;
        return absent ? ErrorCode.NOT_FOUND : ErrorCode.INVALID_REQUEST;
    }

    private void path(Parameter parameter) {
        String value = Objects.requireNonNullElse(context.pathParam(parameter.name()), "");
        accept(parameter, List.of(value));
    }

    private void header(Parameter parameter) {
        Optional.ofNullable(context.request().getHeader(parameter.name()))
                .ifPresent(value -> accept(parameter, List.of(value)));
    }

    private static Optional<Parameter> called(String name, List<Parameter> known) {
        return known.stream().filter(parameter -> parameter.name().equals(name)).findFirst();
    }

    private void take(Parameter parameter, List<String> given) {
        List<String> earlier = values.get(parameter.name());
        if (earlier == null) {
            accept(parameter, given);
        } else if (!earlier.equals(given)) {
            problem(parameter.name(), parameter.name() + " is given twice");
        }
    }

    private void accept(Parameter parameter, List<String> given) {
        Optional<String> problem = given.stream()
                .flatMap(value -> parameter.type().problem(value).stream())
                .findFirst();
        if (problem.isEmpty()) {
            values.put(parameter.name(), given);
            return;
        }
        problem(parameter.name(), parameter.name() + " " + problem.get());
        if (parameter.type() instanceof ParameterType.KnownTenant && TenantId.isOne(given.getFirst())) {
            strangers++;
        }
    }

    private void unknown(String name, List<Parameter> known) {
        String instead = switch (known.size()) {
            case 0 -> "nothing is taken here";
            case 1 -> "there is " + names(known);
            default -> "there are " + names(known);
        };
        problem(printable(name), "'" + printable(name) + "' is not known; " + instead);
    }

    private static String names(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::name).collect(Collectors.joining(", "));
    }

    private void problem(String parameter, String message) {
        problems.add(RequestProblem.of(parameter, message));
    }

    // ---- the body ----

    private void object(byte[] body) {
        List<Parameter> known = operation.in(Place.BODY, Place.QUERY_OR_BODY);
        if (known.isEmpty()) {
            problems.add(RequestProblem.of("no body is taken here"));
            return;
        }
        try (JsonParser json = AdminReply.JSON_FACTORY.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                problems.add(RequestProblem.of("the body must be a JSON object with " + names(known)));
                return;
            }
            fields("", known, json);
            if (json.nextToken() != null) {
                problems.add(RequestProblem.of("the body must be one JSON object and nothing after it"));
            }
        } catch (IOException notJson) {
            problems.add(RequestProblem.of("the body is not valid JSON"));
        }
    }

    /** The parser stands on the beginning of an object, and afterwards on its end. */
    private void fields(String within, List<Parameter> known, JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = within + json.currentName();
            json.nextToken();
            Optional<Parameter> parameter = called(name, known);
            if (parameter.isEmpty()) {
                json.skipChildren();
                unknown(name, known);
            } else if (json.currentToken() != JsonToken.VALUE_NULL) {
                // A null is as good as absent.
                value(parameter.get(), json);
            }
        }
    }

    /** The parser stands on the value, and afterwards on its last token. */
    private void value(Parameter parameter, JsonParser json) throws IOException {
        if (parameter.type() instanceof ParameterType.Group group && json.currentToken() == JsonToken.START_OBJECT) {
            fields(parameter.name() + ".", group.fields(), json);
            return;
        }
        read(parameter, json)
                .ifPresentOrElse(
                        given -> take(parameter, given),
                        () -> problem(parameter.name(), parameter.name() + " must be " + word(parameter.type())));
    }

    private static Optional<List<String>> read(Parameter parameter, JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        Optional<List<String>> value = switch (parameter.type()) {
            case ParameterType.Texts expected -> texts(json, expected.maxItems());
            case ParameterType.WholeNumber _ -> single(json, token == JsonToken.VALUE_NUMBER_INT);
            case ParameterType.Flag _ -> single(json, token.isBoolean());
            case ParameterType.Dollars _ -> single(json, token.isNumeric());
            case ParameterType.Group _ -> Optional.empty();
            case ParameterType.Text _,
                    ParameterType.Choice _,
                    ParameterType.Tenant _,
                    ParameterType.KnownTenant _,
                    ParameterType.Hash _,
                    ParameterType.Day _ -> single(json, token == JsonToken.VALUE_STRING);
        };
        json.skipChildren();
        return value;
    }

    private static Optional<List<String>> single(JsonParser json, boolean fits) throws IOException {
        return fits ? Optional.of(List.of(json.getText())) : Optional.empty();
    }

    /** Reads an array to its end, whatever is in it. */
    private static Optional<List<String>> texts(JsonParser json, int maxItems) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        boolean fits = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == JsonToken.VALUE_STRING && texts.size() < maxItems) {
                texts.add(json.getText());
            } else {
                fits = false;
                json.skipChildren();
            }
        }
        return fits ? Optional.of(texts) : Optional.empty();
    }

    private static String word(ParameterType type) {
        return switch (type) {
            case ParameterType.Texts texts -> "an array of at most " + texts.maxItems() + " texts";
            case ParameterType.WholeNumber _ -> "a whole number";
            case ParameterType.Flag _ -> "true or false";
            case ParameterType.Dollars _ -> "a number";
            case ParameterType.Group group -> "an object with " + names(group.fields());
            case ParameterType.Text _,
                    ParameterType.Choice _,
                    ParameterType.Tenant _,
                    ParameterType.KnownTenant _,
                    ParameterType.Hash _,
                    ParameterType.Day _ -> "text";
        };
    }

    private static String printable(String text) {
        String shown = text.length() <= 64 ? text : text.substring(0, 64) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
