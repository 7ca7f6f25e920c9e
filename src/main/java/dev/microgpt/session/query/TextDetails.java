package dev.microgpt.session.query;

/// What a call wants to know of each generated text.
///
/// @param known whether it is one of the documents
/// @param score how likely the model finds it
/// @param nearest which document differs least from it
public record TextDetails(boolean known, boolean score, boolean nearest) {

    public static final TextDetails NONE =
            new TextDetails(/* known= */ false, /* score= */ false, /* nearest= */ false);
}
