package dev.microgpt.wire;

import io.nayuki.qrcodegen.QrCode;

/// Draws QR codes (ISO/IEC 18004) as SVG documents.
final class QrSvg {

    /// Light modules around the code, which readers need.
    private static final int QUIET_ZONE = 4;

    private QrSvg() {}

    /// Returns the QR code of a text, of at most 2,953 bytes, which phones can read on a screen: its error correction is
    /// the lowest, since a screen has no stains.
    static String of(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.LOW);
        int size = code.size + 2 * QUIET_ZONE;
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + QUIET_ZONE)
                            .append(' ')
                            .append(y + QUIET_ZONE)
                            .append("h1v1h-1z");
                }
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
                + size
                + " "
                + size
                + "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h"
                + size
                + "v"
                + size
                + "H0z\"/><path d=\""
                + path
                + "\"/></svg>";
    }
}
