"""Oil: a brush of hairs that runs dry, drags wet paint along, and leaves a relief that takes the light."""
