package dev.microgpt.cluster;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;

import java.net.InetSocketAddress;

/// Makes a member listen at one address and tell it to the others.
///
/// @param address where
record FixedAddress(InetSocketAddress address) implements MemberAddressProvider {

    @Override
    public InetSocketAddress getBindAddress() {
        return address;
    }

    @Override
    public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
        return address;
    }

    /// With port 0, Hazelcast replaces it by the one that the system has chosen.
    @Override
    public InetSocketAddress getPublicAddress() {
        return address;
    }

    @Override
    public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
        return address;
    }
}
