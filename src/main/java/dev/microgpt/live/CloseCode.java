package dev.microgpt.live;

import org.springframework.web.socket.CloseStatus;

/// The close codes and reasons with which the server closes a WebSocket.
final class CloseCode {

    static final CloseStatus SHUTTING_DOWN = new CloseStatus(1001, "shutting down");
    static final CloseStatus TOO_BIG = new CloseStatus(1009, "a message may have at most 1 MB");
    static final CloseStatus MOVED = new CloseStatus(1012, "a session has moved; connect again");
    static final CloseStatus TRY_LATER = new CloseStatus(1013, "not enough memory for the message");
    static final CloseStatus SHARE_ENDED =
            new CloseStatus(4401, "the share has expired or was withdrawn");
    static final CloseStatus READER_TOO_SLOW = new CloseStatus(4408, "reader too slow");
    static final CloseStatus SILENT = new CloseStatus(4408, "no message or pong for too long");
    static final CloseStatus TOO_MANY = new CloseStatus(4429, "too many connections");

    private CloseCode() {}
}
