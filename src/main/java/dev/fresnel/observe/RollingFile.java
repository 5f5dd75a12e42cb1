package dev.fresnel.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is set aside when it has grown to a size: {@code log}, then {@code log.1}, {@code log.2} and so on, the oldest going. A
 * write is never split over two files. Appends to what is there. Used by one thread.
 */
public final class RollingFile extends OutputStream {
    private final Path file;
    private final long maxBytes;
    private final int keep;
    private OutputStream out;
    private long size;

    /**
     * @param maxBytes from which a new file is begun, above 0
     * @param keep files set aside, 0 or more
     * @throws IOException when the file cannot be written
     */
    public RollingFile(Path file, long maxBytes, int keep) throws IOException {
        this.file = file;
        this.maxBytes = maxBytes;
        this.keep = keep;
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        this.out = open();
    }

    private OutputStream open() throws IOException {
        size = Files.exists(file) ? Files.size(file) : 0;
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (size > 0 && size + length > maxBytes) {
            roll();
        }
        out.write(bytes, offset, length);
        size += length;
    }

    private void roll() throws IOException {
        out.close();
        try {
            for (int i = keep; i > 0; i--) {
                Path from = i == 1 ? file : aside(i - 1);
                if (Files.exists(from)) {
                    Files.move(from, aside(i), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (keep == 0) {
                Files.delete(file);
            }
        } finally {
            // Where nothing could be set aside, the log grows on: better than a log that ends.
            out = open();
        }
    }

    private Path aside(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
