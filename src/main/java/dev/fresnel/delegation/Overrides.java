package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Role;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a client asks of the gateway by header, for one request. Stronger than the route, which is stronger than the defaults;
 * weaker than the hard guards: no header makes an arm answer that cannot.
 *
 * @param mode {@code x-fresnel-mode}: in place of the route's
 * @param arm {@code x-fresnel-arm}: this arm, without asking the rules
 * @param task {@code x-fresnel-task}: names the task, so that requests with the same name share a lens
 * @param session {@code x-fresnel-session}: names the conversation
 * @param taskKind {@code x-fresnel-task-kind}
 * @param repo {@code x-fresnel-repo}: names the repository or application
 * @param explain {@code x-fresnel-explain}
 * @param thresholdTokens {@code x-fresnel-threshold-tokens}: in place of the route's {@code threshold-tokens}
 */
public record Overrides(
        Optional<Mode> mode,
        Optional<Arm> arm,
        Optional<String> task,
        Optional<String> session,
        Optional<TaskKind> taskKind,
        Optional<String> repo,
        Explain explain,
        OptionalLong thresholdTokens) {
    public static final String MODE = "x-fresnel-mode";
    public static final String ARM = "x-fresnel-arm";
    public static final String TASK = "x-fresnel-task";
    public static final String SESSION = "x-fresnel-session";
    public static final String TASK_KIND = "x-fresnel-task-kind";
    public static final String REPO = "x-fresnel-repo";
    public static final String EXPLAIN = "x-fresnel-explain";
    public static final String THRESHOLD_TOKENS = "x-fresnel-threshold-tokens";

    private static final String PREFIX = "x-fresnel-";
    /** In the order in which errors list them. */
    private static final List<String> CLIENTS_OWN =
            List.of(MODE, ARM, TASK, SESSION, TASK_KIND, REPO, EXPLAIN, THRESHOLD_TOKENS);

    /** A client that asks for nothing. */
    public static final Overrides NONE = new Overrides(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Explain.NO,
            OptionalLong.empty());

    private static final int MAX_NAME_CHARS = 256;
    private static final int MAX_SHOWN_CHARS = 64;

    /** Whether the reply carries the whole trace of the decision. */
    public enum Explain {
        YES,
        NO,
        /** The trace is the reply, and nobody is asked. */
        DRY_RUN
    }

    /**
     * Reads the headers of a request. Names are compared without regard to case; headers that do not begin with {@code x-fresnel-},
     * and the mark of a gateway ({@link ForwardHeaders#INTERNAL}), are none of ours here.
     *
     * @throws GatewayException {@code InvalidRequest} naming the header, the value and what would be valid: for a value out of range,
     *     a header given twice with two values, an arm named together with mode {@code off}, or an {@code x-fresnel-} name that is
     *     none of the above, since a misspelt wish must not pass for a granted one
     */
    public static Overrides parse(Iterable<Map.Entry<String, String>> headers) {
        Map<String, String> ours = new HashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX) && !name.equals(ForwardHeaders.INTERNAL)) {
                if (!CLIENTS_OWN.contains(name)) {
                    throw unknownHeader(name);
                }
                String value = header.getValue().strip();
                String earlier = ours.putIfAbsent(name, value);
                if (earlier != null && !earlier.equals(value)) {
                    throw invalid(
                            name, "is given twice, as " + quoted(earlier) + " and " + quoted(value) + "; send it once");
                }
            }
        }
        Overrides overrides = new Overrides(
                read(ours, MODE, Overrides::modeOf),
                read(ours, ARM, value -> new Arm(name(ARM, value))),
                read(ours, TASK, value -> name(TASK, value)),
                read(ours, SESSION, value -> name(SESSION, value)),
                read(ours, TASK_KIND, Overrides::kindOf),
                read(ours, REPO, value -> name(REPO, value)),
                read(ours, EXPLAIN, Overrides::explainOf).orElse(Explain.NO),
                read(ours, THRESHOLD_TOKENS, Overrides::tokensOf)
                        .map(OptionalLong::of)
                        .orElseGet(OptionalLong::empty));
        overrides.refuseContradiction();
        return overrides;
    }

    /** The mode that applies: the client's, else the route's. */
    public Mode modeOn(RoutePlan plan) {
        return mode.orElse(plan.mode());
    }

    /** Whether the request is a later turn: it carries an earlier answer, or its session is named. */
    public boolean continues(ChatRequest request) {
        return session.isPresent()
                || request.openToolLoop()
                || request.messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
    }

    /** The rules that apply: the route's, with the client's threshold. */
    RouteRules rulesOn(RoutePlan plan) {
        RouteRules rules = plan.rules();
        return thresholdTokens.isEmpty()
                ? rules
                : new RouteRules(
                        thresholdTokens.getAsLong(),
                        rules.budgetMultiple(),
                        rules.multiPart(),
                        rules.multiPartWords(),
                        rules.multiPartMinimum(),
                        rules.breakEven(),
                        rules.expectedUses());
    }

    private void refuseContradiction() {
        if (mode.filter(Mode.OFF::equals).isPresent()
                && arm.filter(named -> !named.isDirect()).isPresent()) {
            throw invalid(
                    ARM,
                    "names " + quoted(arm.orElseThrow().name()) + ", but " + MODE + " is off; send one of the two");
        }
    }

    private static <T> Optional<T> read(Map<String, String> headers, String name, Function<String, T> reader) {
        return Optional.ofNullable(headers.get(name)).map(reader);
    }

    private static Mode modeOf(String value) {
        return Arrays.stream(Mode.values())
                .filter(mode -> mode.key().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> unknown(
                        MODE, value, Arrays.stream(Mode.values()).map(Mode::key).toList()));
    }

    private static TaskKind kindOf(String value) {
        return TaskKind.ofKey(value).orElseThrow(() -> unknown(TASK_KIND, value, TaskKind.keys()));
    }

    private static Explain explainOf(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> Explain.YES;
            case "false", "0", "no" -> Explain.NO;
            case "dry-run" -> Explain.DRY_RUN;
            default -> throw unknown(EXPLAIN, value, List.of("true", "false", "dry-run"));
        };
    }

    private static long tokensOf(String value) {
        if (!value.matches("\\d{1,9}")) {
            throw invalid(THRESHOLD_TOKENS, "is " + quoted(value) + "; give a whole number of tokens, 0 or more");
        }
        return Long.parseLong(value);
    }

    private static String name(String header, String value) {
        if (value.isEmpty() || value.length() > MAX_NAME_CHARS || value.chars().anyMatch(Character::isISOControl)) {
            throw invalid(header, "must be 1 to " + MAX_NAME_CHARS + " printable characters");
        }
        return value;
    }

    private static GatewayException unknown(String header, String value, List<String> valid) {
        return invalid(header, "is " + quoted(value) + "; valid values are " + String.join(", ", valid));
    }

    /** The name is the client's own, like a value. */
    private static GatewayException unknownHeader(String name) {
        String shown = shown(name);
        return new GatewayException(new GatewayFailure.InvalidRequest(
                "Header " + shown + " is not known; correct its name, or leave it out. Known are "
                        + String.join(", ", CLIENTS_OWN) + ".",
                Optional.of(shown),
                "invalid_header"));
    }

    /** An arm that the route does not have. */
    static GatewayException unknownArm(Arm arm, List<Arm> offered) {
        return unknown(
                ARM, arm.name(), offered.stream().map(Arm::name).distinct().collect(Collectors.toList()));
    }

    private static GatewayException invalid(String header, String problem) {
        return new GatewayException(new GatewayFailure.InvalidRequest(
                "Header " + header + " " + problem + ".", Optional.of(header), "invalid_header"));
    }

    /** The value is the client's own, but it may be long or hold anything. */
    private static String quoted(String value) {
        return "'" + shown(value) + "'";
    }

    private static String shown(String text) {
        String cut = text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
