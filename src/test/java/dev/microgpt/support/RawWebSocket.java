package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A WebSocket client that does nothing on its own: it answers no pings, and reads only when a test calls it.
public final class RawWebSocket implements AutoCloseable {

    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /// Bits in the first byte of a frame, besides its opcode.
    public static final int LAST = 0x80;

    public static final int COMPRESSED = 0x40;

    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final String handshake;

    /// A frame of the WebSocket protocol.
    public record Frame(int opcode, boolean last, boolean compressed, byte[] payload) {

        public int closeCode() {
            assertThat(opcode).isEqualTo(CLOSE);
            return (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        }
    }

    private RawWebSocket(int port, int receiveBuffer, String... headers) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress("localhost", port));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write(ascii(handshakeRequest(port, headers)));
        handshake = readHandshake();
        assertThat(handshake).startsWith("HTTP/1.1 101");
    }

    public static RawWebSocket connect(int port, String... headers) throws IOException {
        return new RawWebSocket(port, 0, headers);
    }

    /// Connects with a small receive buffer, so that the system accepts little that the client does not read.
    public static RawWebSocket connectWithSmallBuffer(int port) throws IOException {
        return new RawWebSocket(port, 1024);
    }

    /// The request that opens a WebSocket.
    public static String handshakeRequest(int port, String... headers) {
        StringBuilder request = new StringBuilder("GET /api/v1/ws HTTP/1.1\r\n");
        request.append("Host: localhost:").append(port).append("\r\n");
        request.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
        request.append("Sec-WebSocket-Version: 13\r\n");
        request.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private String readHandshake() throws IOException {
        StringBuilder response = new StringBuilder();
        while (response.indexOf("\r\n\r\n") < 0) {
            response.append((char) in.readUnsignedByte());
        }
        return response.toString();
    }

    /// Returns the response to the handshake, with its headers.
    public String handshake() {
        return handshake;
    }

    /// Sends an uncompressed message.
    public void sendText(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(int opcode, byte[] payload) throws IOException {
        sendFrame(LAST | opcode, payload);
    }

    /// Sends a frame, which may be a part of a message.
    ///
    /// @param first the byte with the opcode, [#LAST] and [#COMPRESSED]
    public void sendFrame(int first, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            frame.write(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.write(new byte[4]); // a mask of zeros
        frame.write(payload);
        socket.getOutputStream().write(frame.toByteArray());
    }

    /// Reads the next frame.
    ///
    /// @throws IOException if the connection has ended, or nothing arrives in time
    public Frame next() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length =
                switch (second) {
                    case 126 -> in.readUnsignedShort();
                    case 127 -> in.readLong();
                    default -> second;
                };
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frame(first & 0xf, (first & 0x80) != 0, (first & 0x40) != 0, payload);
    }

    /// Reads some bytes without parsing them.
    ///
    /// @return the number of bytes, or -1 at the end
    public int read(byte[] buffer) throws IOException {
        return in.read(buffer);
    }

    /// Reads until the connection ends.
    ///
    /// @return whether it ended in time
    public boolean endsWithin(Duration time) {
        byte[] buffer = new byte[1 << 16];
        long deadline = System.nanoTime() + time.toNanos();
        try {
            socket.setSoTimeout(Math.toIntExact(time.toMillis()));
            while (System.nanoTime() < deadline) {
                if (in.read(buffer) < 0) {
                    return true;
                }
            }
            return false;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true; // reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
