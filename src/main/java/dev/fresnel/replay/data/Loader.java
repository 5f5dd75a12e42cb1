package dev.fresnel.replay.data;

import java.nio.file.Path;

/** Reads one data set from the folder that holds all of them. Throws {@link DataProblem} when it is absent or of no use. */
@FunctionalInterface
interface Loader {
    DataSet load(String name, Path dataFolder);
}
