package dev.fresnel.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The few lines of the Redis protocol that a test needs to look at, or to spoil, what the gateway stored. Blocking; one command per
 * connection.
 */
final class RespClient {
    private static final int TIMEOUT_MILLIS = 5_000;

    private RespClient() {}

    /** The reply as text; an array one element a line, nil as {@code (nil)}, an error with its leading minus. */
    static String send(int port, List<byte[]> command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(ascii("*" + command.size() + "\r\n"));
            for (byte[] argument : command) {
                request.writeBytes(ascii("$" + argument.length + "\r\n"));
                request.writeBytes(argument);
                request.writeBytes(ascii("\r\n"));
            }
            socket.getOutputStream().write(request.toByteArray());
            return reply(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private static String reply(InputStream in) throws IOException {
        String head = line(in);
        String rest = head.substring(1);
        return switch (head.charAt(0)) {
            case '-' -> head;
            case '$' -> bulk(in, Integer.parseInt(rest));
            case '*' -> array(in, Integer.parseInt(rest));
            default -> rest;
        };
    }

    private static String bulk(InputStream in, int length) throws IOException {
        if (length < 0) {
            return "(nil)";
        }
        byte[] bytes = in.readNBytes(length);
        in.skipNBytes(2);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String array(InputStream in, int count) throws IOException {
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(reply(in));
        }
        return String.join("\n", elements);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            line.write(c);
        }
        in.skipNBytes(1);
        return line.toString(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
