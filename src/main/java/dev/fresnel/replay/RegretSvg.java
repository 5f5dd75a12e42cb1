package dev.fresnel.replay;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;

/** Regret curves as a drawing of lines and words, in SVG 1.1: a dozen elements need no library. */
final class RegretSvg {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 620;
    private static final int LEFT = 80;
    private static final int TOP = 50;
    private static final int RIGHT = 780;
    private static final int BOTTOM = 560;
    private static final int ROW = 20;
    private static final double MOST_TICKS = 8;

    private final StringBuilder out = new StringBuilder();
    private final double most;
    private final double requests;

    private RegretSvg(List<Comparison.RegretCurve> curves) {
        most = largest(curves.stream().map(Comparison.RegretCurve::regret).toList());
        requests = largest(curves.stream().map(Comparison.RegretCurve::requests).toList());
    }

    static String of(String title, List<Comparison.RegretCurve> curves) {
        return new RegretSvg(curves).draw(title, curves);
    }

    private String draw(String title, List<Comparison.RegretCurve> curves) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH, HEIGHT);
        add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n");
        text(LEFT, 28, "start", title);
        text(LEFT, TOP - 6, "start", "successes lost against the best arm of each task");
        text(RIGHT, BOTTOM + 40, "end", "requests");
        for (double tick = 0; tick <= most; tick += step(most)) {
            line(LEFT, y(tick), RIGHT, y(tick));
            text(LEFT - 8, y(tick) + 4, "end", number(tick));
        }
        for (double tick = 0; tick <= requests; tick += step(requests)) {
            line(x(tick), TOP, x(tick), BOTTOM);
            text(x(tick), BOTTOM + 18, "middle", number(tick));
        }
        for (int i = 0; i < curves.size(); i++) {
            curve(curves.get(i), "hsl(%d,70%%,%d%%)".formatted(i * 137 % 360, i % 2 == 0 ? 40 : 55), i);
        }
        return out.append("</svg>\n").toString();
    }

    private void curve(Comparison.RegretCurve curve, String colour, int row) {
        add("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
        for (int i = 0; i < curve.requests().size(); i++) {
            add("%.1f,%.1f ", x(curve.requests().get(i)), y(curve.regret().get(i)));
        }
        add("\"/>%n");
        int at = TOP + row * ROW;
        add("<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>%n", RIGHT + 16, at, colour);
        text(RIGHT + 36, at + 6, "start", curve.rule());
    }

    private void line(double fromX, double fromY, double toX, double toY) {
        add("<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#ddd\"/>%n", fromX, fromY, toX, toY);
    }

    private void text(double x, double y, String anchor, String words) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped);
    }

    @FormatMethod
    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    private double x(double value) {
        return LEFT + value / requests * (RIGHT - LEFT);
    }

    private double y(double value) {
        return BOTTOM - value / most * (BOTTOM - TOP);
    }

    /** The smallest of 1, 2, 5, 10, 20, ... that leaves few enough ticks. */
    private static double step(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(most / MOST_TICKS)));
        for (double factor : new double[] {1, 2, 5}) {
            if (most / (factor * power) <= MOST_TICKS) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String number(double tick) {
        return String.format(Locale.ROOT, tick == Math.rint(tick) ? "%,.0f" : "%.2f", tick);
    }

    private static double largest(List<List<Double>> columns) {
        return columns.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).max().stream()
                .filter(value -> value > 0)
                .findFirst()
                .orElse(1);
    }
}
