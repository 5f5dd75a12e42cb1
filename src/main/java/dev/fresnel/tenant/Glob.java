package dev.fresnel.tenant;

/**
 * Matches a name against a pattern in which {@code *} stands for any run of characters, also none, and everything else for
 * itself. No regular expression is built, so no pattern can be slow or mean more than it says: the work is at most
 * pattern length times name length.
 */
final class Glob {
    private Glob() {}

    static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            // The star is looked at first: a name may itself hold a '*'.
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                // Only the latest star need give way: an earlier one that took more could not help.
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
