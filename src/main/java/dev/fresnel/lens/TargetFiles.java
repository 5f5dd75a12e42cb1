package dev.fresnel.lens;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the paths a task names (S11). A path is a word with a file extension: any extension when the word has a slash, a known
 * one when it has not, so that "e.g.", host names and version numbers are not taken for files. Pure.
 */
final class TargetFiles {
    static final int MAX_FILES = 20;
    static final int MAX_PATH_CHARS = 200;

    /** Everything that can stand around a path in prose, JSON, Markdown or a diff. */
    private static final Pattern BREAK = Pattern.compile("[\\s\"'`<>()\\[\\]{},;|=*]+");

    private static final Pattern PATH = Pattern.compile(
            "(?:~/|\\.{1,2}/|/)?(?:[\\w@+.-]{1,64}/){0,16}[\\w@+-][\\w@+.-]{0,80}\\.([A-Za-z][A-Za-z0-9]{0,7})");

    private static final Set<String> EXTENSIONS = Set.of(
            "java",
            "kt",
            "kts",
            "scala",
            "groovy",
            "py",
            "pyi",
            "ipynb",
            "js",
            "mjs",
            "cjs",
            "jsx",
            "ts",
            "tsx",
            "vue",
            "svelte",
            "go",
            "rs",
            "c",
            "h",
            "cc",
            "cpp",
            "hpp",
            "cs",
            "fs",
            "swift",
            "m",
            "mm",
            "rb",
            "php",
            "pl",
            "lua",
            "r",
            "jl",
            "ex",
            "exs",
            "erl",
            "hs",
            "clj",
            "dart",
            "sql",
            "sh",
            "bash",
            "zsh",
            "ps1",
            "bat",
            "html",
            "htm",
            "css",
            "scss",
            "sass",
            "less",
            "json",
            "jsonl",
            "yaml",
            "yml",
            "toml",
            "xml",
            "ini",
            "cfg",
            "conf",
            "env",
            "properties",
            "md",
            "rst",
            "txt",
            "csv",
            "tsv",
            "proto",
            "graphql",
            "tf",
            "gradle",
            "lock",
            "dockerfile");

    /** Product names that look like files. */
    private static final Set<String> NOT_FILES =
            Set.of("node.js", "vue.js", "next.js", "nuxt.js", "react.js", "express.js", "three.js", "d3.js", "nest.js");

    private TargetFiles() {}

    /** In order of first mention, at most {@value #MAX_FILES}, each at most {@value #MAX_PATH_CHARS} characters. */
    static List<String> in(String text) {
        return BREAK.splitAsStream(text)
                .map(TargetFiles::withoutPunctuation)
                .filter(TargetFiles::isPath)
                .distinct()
                .limit(MAX_FILES)
                .toList();
    }

    private static boolean isPath(String word) {
        if (word.length() < 3 || word.length() > MAX_PATH_CHARS || word.contains("://")) {
            return false;
        }
        var match = PATH.matcher(word);
        if (!match.matches()) {
            return false;
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return word.indexOf('/') >= 0
                ? !lower.startsWith("www.")
                : EXTENSIONS.contains(match.group(1).toLowerCase(Locale.ROOT)) && !NOT_FILES.contains(lower);
    }

    /** Drops what ends a sentence, and a trailing line number as in {@code Foo.java:12}. */
    private static String withoutPunctuation(String word) {
        int end = word.length();
        while (end > 0 && ".:!?".indexOf(word.charAt(end - 1)) >= 0) {
            end--;
        }
        String trimmed = word.substring(0, end);
        int colon = trimmed.indexOf(':');
        return colon > 0 && trimmed.substring(colon + 1).chars().allMatch(c -> Character.isDigit(c) || c == ':')
                ? trimmed.substring(0, colon)
                : trimmed;
    }
}
