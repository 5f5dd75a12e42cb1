package dev.fresnel.app;

import dev.fresnel.chat.JsonText;
import dev.fresnel.config.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The config in force and what is wrong with its files, as JSON. */
final class ConfigJson {
    private ConfigJson() {}

    /** For {@code /admin/config}: what is in force, value by value, secrets as {@code [secret]}. */
    static String whole(InForce inForce) {
        String values = inForce.config().values().entrySet().stream()
                .map(entry -> "{\"key\":" + JsonText.quote(entry.getKey()) + ",\"value\":"
                        + JsonText.quote(entry.getValue()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{" + state(inForce) + ",\"values\":" + values + "}";
    }

    /** For {@code /admin/status}. */
    static String summary(InForce inForce) {
        return "{" + state(inForce) + "}";
    }

    private static String state(InForce inForce) {
        InForce.Files files = inForce.files();
        String waiting =
                files.needingRestart().stream().map(JsonText::quote).collect(Collectors.joining(",", "[", "]"));
        return "\"version\":" + JsonText.quote(inForce.config().version())
                + ",\"files_read_at\":" + JsonText.quote(files.readAt().toString())
                + ",\"files_rejected\":" + !files.rejected().isEmpty()
                + ",\"problems\":" + problems(files.rejected())
                + ",\"warnings\":" + problems(inForce.warnings())
                + ",\"needs_restart\":" + waiting;
    }

    private static String problems(List<Problem> problems) {
        return problems.stream()
                .map(problem -> "{\"file\":" + JsonText.quote(problem.file())
                        + ",\"line\":" + problem.line()
                        + ",\"column\":" + problem.column()
                        + ",\"key\":" + JsonText.quote(problem.key())
                        + ",\"message\":" + JsonText.quote(problem.message())
                        + ",\"remedy\":" + JsonText.quote(problem.remedy()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }
}
