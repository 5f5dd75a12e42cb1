package dev.fresnel.delegation;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directories that a text's absolute paths lie in, cut where a checkout usually begins: {@code /home/jo/shop} of {@code
 * /home/jo/shop/src/Cart.java}. Relative paths are passed over, since {@code src} and {@code docs} are in every repository and differ from task to
 * task in one; so are paths below directories where nobody keeps a checkout, among them the routes of an API. Pure.
 */
final class PathRoots {
    /** Agents say where they are at the beginning. */
    private static final int LOOKED_AT = 16_384;

    private static final int MAX_ROOTS = 4;

    /** Below these, the checkout is two levels further down. */
    private static final Set<String> DEEP = Set.of("home", "Users", "mnt", "Volumes", "var", "private");

    /** Below these, it is the next level. */
    private static final Set<String> SHALLOW = Set.of(
            "workspace",
            "workspaces",
            "work",
            "repo",
            "repos",
            "project",
            "projects",
            "code",
            "src",
            "app",
            "apps",
            "opt",
            "srv",
            "root",
            "data",
            "builds",
            "git",
            "github",
            "testbed");

    private static final String SEGMENT = "[\\w@+.-]{1,64}";
    private static final Pattern ABSOLUTE =
            Pattern.compile("(?<![\\w./\\\\:@-])(?:(?<unix>/" + SEGMENT + "(?:/" + SEGMENT + "){1,4})|(?<home>~(?:/"
                    + SEGMENT + "){1,3})|(?<drive>[A-Za-z]:(?:[\\\\/]" + SEGMENT + "){1,5}))");

    private PathRoots() {}

    /** At most four, in alphabetical order. */
    static Set<String> in(String text) {
        Set<String> roots = new TreeSet<>();
        Matcher paths = ABSOLUTE.matcher(text).region(0, Math.min(text.length(), LOOKED_AT));
        while (roots.size() < MAX_ROOTS && paths.find()) {
            String[] segments = withoutFullStop(paths.group()).split("[\\\\/]", -1);
            int levels = levels(segments, paths.group("unix") != null);
            if (levels > 0 && levels < segments.length && isDirectory(segments, levels)) {
                roots.add(Stream.of(segments).limit(levels + 1L).collect(Collectors.joining("/")));
            }
        }
        return roots;
    }

    private static String withoutFullStop(String path) {
        int end = path.length();
        while (path.charAt(end - 1) == '.') {
            end--;
        }
        return path.substring(0, end);
    }

    /** How many segments after the first make up the root; 0: there is none. */
    private static int levels(String[] segments, boolean unix) {
        if (!unix) {
            // ~/shop, C:/shop, C:/Users/jo/shop
            return segments.length > 1 && DEEP.contains(segments[1]) ? 3 : 1;
        }
        return DEEP.contains(segments[1]) ? 3 : SHALLOW.contains(segments[1]) ? 2 : 0;
    }

    /** What ends the path and has an extension is a file, and its directory is no checkout. */
    private static boolean isDirectory(String[] segments, int at) {
        return at < segments.length - 1 || segments[at].indexOf('.') < 1;
    }
}
