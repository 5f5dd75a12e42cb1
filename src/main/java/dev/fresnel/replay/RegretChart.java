package dev.fresnel.replay;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws cumulative regret against requests, one line per rule. Needs no display. */
public final class RegretChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 620;

    private RegretChart() {}

    /** Writes {@code file} as vector graphics; its folder must exist. */
    public static void svg(String title, List<Comparison.RegretCurve> curves, Path file) throws IOException {
        Files.writeString(file, RegretSvg.of(title, curves));
    }

    /** Writes {@code file} as a bitmap; its folder must exist. */
    public static void png(String title, List<Comparison.RegretCurve> curves, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            ChartEncoder.saveChart(chart(title, curves), out, "png");
        }
    }

    private static XYChart chart(String title, List<Comparison.RegretCurve> curves) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("requests")
                .yAxisTitle("successes lost against the best arm of each task")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisDecimalPattern("#,###");
        for (Comparison.RegretCurve curve : curves) {
            chart.addSeries(curve.rule(), curve.requests(), curve.regret()).setMarker(SeriesMarkers.NONE);
        }
        return chart;
    }
}
