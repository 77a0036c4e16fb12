"""The web application: pages, the chat on Gradio, and the server that runs them."""
