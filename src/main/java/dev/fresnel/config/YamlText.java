package dev.fresnel.config;

import java.io.StringReader;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML text to a node graph with places, and nothing else: no object is constructed, no type named in the file is ever looked
 * up. Explicit tags, a second document and floods of aliases are refused.
 */
final class YamlText {
    /** Far above any sane config; bounds the work a wrong path can cause. */
    static final int MAX_CHARACTERS = 1 << 20;

    /** What the parser says before it repeats a part of the text. */
    private static final Pattern NAMES = Pattern.compile(
            "(found undefined alias|found undefined tag handle|duplicate tag handle) .*", Pattern.DOTALL);

    private static final int MAX_DEPTH = 30;
    private static final int MAX_ALIASES = 50;

    private YamlText() {}

    /** The root node; empty when a problem was reported. */
    static Optional<Node> compose(String text, Findings findings) {
        // An editor's byte order mark is no content.
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (content.length() > MAX_CHARACTERS) {
            findings.fileError(
                    "is larger than " + MAX_CHARACTERS + " characters", "check that this is the config file");
            return Optional.empty();
        }
        try {
            if (!isPlain(content, findings)) {
                return Optional.empty();
            }
            Node root = yaml().compose(new StringReader(content));
            if (root == null) {
                findings.fileError("is empty", "start from conf/fresnel.yaml");
            }
            return Optional.ofNullable(root);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            String what =
                    withoutContent(e.getContext() == null ? e.getProblem() : e.getContext() + ": " + e.getProblem());
            if (mark == null) {
                findings.fileError("is not valid YAML: " + what, "");
            } else {
                findings.syntaxError(
                        mark, "is not valid YAML: " + what, "check indentation, quotes and brackets just before here");
            }
        } catch (ReaderException e) {
            String before = content.substring(0, content.offsetByCodePoints(0, Math.max(0, e.getPosition())));
            int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
            findings.syntaxError(
                    line,
                    before.length() - before.lastIndexOf('\n'),
                    String.format("holds the character U+%04X, which YAML does not allow", e.getCodePoint()),
                    "remove it");
        } catch (YAMLException e) {
            // Limits of the composer; its message names the limit and no content.
            findings.fileError(
                    "is not acceptable YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "simplify the file");
        }
        return Optional.empty();
    }

    /** A password that begins with {@code *} or {@code !} is an alias or a tag to the parser, which repeats it. */
    private static String withoutContent(String problem) {
        return NAMES.matcher(problem).replaceAll("$1; a value that begins with * & or ! needs quotes");
    }

    private static boolean isPlain(String content, Findings findings) {
        int documents = 0;
        boolean plain = true;
        for (Event event : yaml().parse(new StringReader(content))) {
            String tag = tagOf(event);
            if (tag != null) {
                plain = false;
                findings.syntaxError(event.getStartMark(), "has a YAML tag", "write the plain value without a tag");
            }
            if (event instanceof DocumentStartEvent && ++documents == 2) {
                plain = false;
                findings.syntaxError(
                        event.getStartMark(), "starts a second YAML document", "keep one document per file");
            }
        }
        return plain;
    }

    private static @Nullable String tagOf(Event event) {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case MappingStartEvent mapping -> mapping.getTag();
            case SequenceStartEvent sequence -> sequence.getTag();
            default -> null;
        };
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS + 1);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setAllowRecursiveKeys(false);
        return new Yaml(options);
    }
}
