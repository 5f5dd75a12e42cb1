package dev.fresnel.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Setup;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ComparisonTest {
    private static final DataSet SET = Worlds.mixed(6, 60);

    private static Comparison compare() {
        return Comparison.run(
                TrafficPlan.passes(SET, 2),
                Setup.plain(SET.arms(), 1),
                List.of(Baselines.alwaysDirect(), Baselines.betaThompson(), Baselines.fullInformation()),
                4);
    }

    @Test
    void ordersTheReferences_asTheyMustBe() {
        Comparison runs = compare();

        double thompson = mean(runs, "beta-thompson");
        double full = mean(runs, "full-information");
        assertThat(mean(runs, "task-oracle")).isCloseTo(1, within(1e-9));
        assertThat(full).isBetween(0.6, 1.0);
        assertThat(thompson).isBetween(0.2, full);
        assertThat(mean(runs, "always-direct")).isLessThanOrEqualTo(0);
    }

    @Test
    void isTheSame_whenRunAgain() {
        assertThat(compare().table()).isEqualTo(compare().table());
    }

    @Test
    void regretCurvesGrow_andEndAtTheTotal() {
        Comparison runs = compare();
        Comparison.RegretCurve curve = runs.curves().getFirst();

        assertThat(curve.rule()).isEqualTo("always-direct");
        assertThat(curve.regret()).isSorted();
        assertThat(curve.requests().getLast()).isEqualTo(720);
        double total = 0.72
                * Seeds.interval(runs.scores("always-direct"), Score::regret).mean();
        assertThat(curve.regret().getLast()).isCloseTo(total, within(1e-6));
    }

    @Test
    void drawsWithoutADisplay(@TempDir Path folder) throws Exception {
        Path svg = folder.resolve("regret.svg");
        Path png = folder.resolve("regret.png");

        RegretChart.svg("mixed, a < b & c", compare().curves(), svg);
        RegretChart.png("mixed", compare().curves(), png);

        Document drawing =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
        assertThat(drawing.getElementsByTagName("polyline").getLength())
                .isEqualTo(compare().curves().size());
        assertThat(drawing.getDocumentElement().getTextContent()).contains("a < b & c", "always-direct", "700");
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(1000);
    }

    @Test
    void csvQuotes_whatNeedsIt() {
        Table table = new Table(List.of("a", "b"), List.of(List.of("1,5", "say \"x\"")));

        assertThat(table.csv()).isEqualTo("a,b\r\n\"1,5\",\"say \"\"x\"\"\"\r\n");
    }

    private static double mean(Comparison runs, String rule) {
        return Seeds.interval(runs.scores(rule), Score::capture).mean();
    }
}
